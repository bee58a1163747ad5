import type { Check } from '../check';
import { duplicateObjects } from './duplicate-objects';
import { outputCollisions } from './output-collisions';
import { refusedObject } from './refused-object';
import { removedApi } from './removed-api';

/** Checks of any objects. */
export const OBJECT_CHECKS: readonly Check[] = [removedApi, refusedObject, duplicateObjects, outputCollisions];
