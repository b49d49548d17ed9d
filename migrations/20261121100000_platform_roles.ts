import { Migration } from '@mikro-orm/migrations';

/** Another database of the cluster may be making or granting the same role at this moment. */
const role = (name: string) =>
  `do $$ begin
    if not exists (select from pg_roles where rolname = '${name}') then create role ${name} nologin; end if;
  exception when duplicate_object or unique_violation then null; end $$`;

const membership = (name: string) =>
  `do $$ begin if not pg_has_role(current_user, '${name}', 'usage') then grant ${name} to current_user; end if; end $$`;

/** The three database roles, a schema per owner, and the vector type. Roles belong to the cluster, so `down` leaves them. */
export class PlatformRoles extends Migration {
  override up(): void {
    for (const name of ['rae_owner', 'rae_app', 'rae_worker']) {
      this.addSql(role(name));
      this.addSql(membership(name));
    }
    this.addSql('create extension if not exists vector');
    this.addSql('create schema platform authorization rae_owner');
    this.addSql('create schema memory authorization rae_owner');
    this.addSql('set local role rae_owner');
    this.addSql('grant usage on schema platform, memory to rae_app, rae_worker');
    this.addSql('reset role');
  }

  override down(): void {
    this.addSql('drop schema memory');
    this.addSql('drop schema platform');
  }
}
