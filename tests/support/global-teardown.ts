import { stopShared } from '@rae/testkit';

export default stopShared;
