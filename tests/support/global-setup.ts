import { startShared } from '@rae/testkit';

export default startShared;
