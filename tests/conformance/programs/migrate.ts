// Brings a database up to date, and says how many migrations ran.
import { migrate, openDatabase } from '@rae/database';
import { migrations } from '@rae/migrations';
import { silentLogger } from '@rae/testkit';

const { url, folder } = JSON.parse(process.argv[2] ?? '');
const database = await openDatabase({ url, dataFolder: folder, poolSize: 2, entities: [], logger: silentLogger });
console.log((await migrate(database, migrations)).length);
await database.close();
