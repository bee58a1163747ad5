import type { Check } from '../check';
import { duplicateObjects } from './duplicate-objects';

/** Checks of any objects. */
export const OBJECT_CHECKS: readonly Check[] = [duplicateObjects];
