export { labelled, oneLine, WIDTH, wrapped } from '../text/layout';
