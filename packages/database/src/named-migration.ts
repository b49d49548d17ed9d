import type { Migration } from '@mikro-orm/migrations';

export interface NamedMigration {
  readonly name: string;
  /** Asked for only when it is to be run. */
  readonly load: () => Promise<new (...args: ConstructorParameters<typeof Migration>) => Migration>;
}
