import { allTestsOf } from './all-tests';

allTestsOf('checks');
