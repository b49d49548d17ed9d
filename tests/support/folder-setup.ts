import { startMigratedFolder } from '@rae/testkit';

export default startMigratedFolder;
