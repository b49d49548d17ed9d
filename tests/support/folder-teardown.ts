import { stopMigratedFolder } from '@rae/testkit';

export default stopMigratedFolder;
