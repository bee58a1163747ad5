import type { Check } from '../check';
import { duplicateObjects } from './duplicate-objects';
import { outputCollisions } from './output-collisions';

/** Checks of any objects. */
export const OBJECT_CHECKS: readonly Check[] = [duplicateObjects, outputCollisions];
