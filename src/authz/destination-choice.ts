import { Journey } from './station';
import { RouteDestination } from '../mesh/virtual-service';

/** Of several weighted destinations any may be taken. */
export function pickDestination(journey: Journey, destinations: readonly RouteDestination[], name: string): RouteDestination {
  const possible = destinations.length === 1 ? destinations : destinations.filter(({ weight }) => weight > 0);
  const last = possible.length - 1;
  return possible.find((destination, index) => index === last || journey.choices.ask(`weight ${name} ${index} ${destination.host}`, `VirtualService ${name} sends the request to ${destination.host}`))!;
}
