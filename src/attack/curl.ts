import { Attempt, requestOf } from './attempt';
import * as access from '../access';

/** An attempt as a command line. */
export function curlOf(attempt: Attempt): string {
  return access.curlOf(requestOf(attempt, undefined));
}

/** What stands behind the names of a command: certificate, token, or from where it is sent. */
export function curlNotes({ caller, door, service }: Attempt): string[] {
  return [
    ...(door === undefined ? [`sent from ${caller.text.split(' with ')[0]}, to Service ${service}`] : []),
    ...(caller.certificate || caller.foreign === true ? [`client.pem: ${caller.text.split(', a token')[0]}`] : []),
    ...(caller.token === undefined ? [] : [`$TOKEN: ${caller.text.replace(/^.*?(a token)/, '$1')}`]),
  ];
}
