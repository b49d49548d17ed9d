import { type Client, paginate } from '@rae/sdk';

const PAGE = 200;

/** Id of the tenant's project of that name, which is made when there is none. */
export async function getProject(client: Client, name: string): Promise<string> {
  for await (const project of paginate(client.projects, { first: PAGE })) if (project.name === name) return project.id;
  return (await client.createProject({ name })).project.id;
}
