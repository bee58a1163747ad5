import { allTestsOf } from './all-tests';

allTestsOf('authz', 'mesh');
