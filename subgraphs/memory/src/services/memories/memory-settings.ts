import { appendAudit } from '@rae/audit';
import { projectToWrite } from '@rae/identity';
import { isUuid, type Transaction } from '@rae/kernel';
import {
  changeSettings,
  DEFAULT_SETTINGS,
  type MemorySettings,
  type Retention,
  type SetMemorySettingsInput,
} from '../../domain/memory-settings.ts';
import type { PiiPolicies } from '../../domain/pii/apply-policy.ts';
import { type IndexedLayer, LAYERS } from '../../engine/codes.ts';
import { findSettings, lockSettings, writeSettings } from '../../queries/settings.ts';
import type { MemoryContext } from '../memory-context.ts';

export type { SetMemorySettingsInput };

export interface ProjectSettings extends PiiPolicies {
  readonly projectId: string;
  readonly retention: readonly { layer: IndexedLayer; days: number | null }[];
}

const isLayer = (name: string): name is IndexedLayer => name in LAYERS;

const listRetention = (retention: Retention): ProjectSettings['retention'] =>
  Object.keys(LAYERS)
    .filter(isLayer)
    .map((layer) => ({ layer, days: retention[layer] ?? null }));

const toProject = (projectId: string, { retention, ...policies }: MemorySettings): ProjectSettings => ({
  projectId,
  ...policies,
  retention: listRetention(retention),
});

/**
 * What a project does with secrets and personal data that are written to it; read anew at every write, so that a change
 * holds from the next one on. A project that is not there has the defaults: its write is refused later.
 */
export async function findPolicies(tx: Transaction, asked: string | null): Promise<PiiPolicies> {
  const projectId = asked ?? tx.caller.projectId;
  return projectId !== null && isUuid(projectId) ? findSettings(tx, projectId) : DEFAULT_SETTINGS;
}

/** The same as a look of its own. */
export const readPolicies = (ctx: MemoryContext, asked: string | null): Promise<PiiPolicies> =>
  ctx.readOnce((tx) => findPolicies(tx, asked));

/** @throws BAD_USER_INPUT when no project is named and the caller is bound to none; NOT_FOUND for one that is not there */
export const readSettings = (ctx: MemoryContext, asked: string | null): Promise<ProjectSettings> =>
  ctx.read(async (tx) => {
    const projectId = await projectToWrite(tx, asked, 'projectId');
    return toProject(projectId, await findSettings(tx, projectId));
  });

/**
 * Changes how a project treats what is written to it, from the next write on; what is stored already stays as it is.
 * Audited, with the settings before and after.
 *
 * @throws BAD_USER_INPUT naming the field; NOT_FOUND for a project that is not there
 */
export const setMemorySettings = (ctx: MemoryContext, input: SetMemorySettingsInput): Promise<ProjectSettings> =>
  ctx.transact(async (tx) => {
    const projectId = await projectToWrite(tx, input.projectId ?? null, 'input.projectId');
    const before = await lockSettings(tx, projectId);
    const after = changeSettings(before, input);
    await writeSettings(tx, projectId, after);
    const detail = {
      before: { ...before, retention: { ...before.retention } },
      after: { ...after, retention: { ...after.retention } },
    };
    appendAudit(tx, { action: 'setMemorySettings', subject: `project:${projectId}`, detail });
    return toProject(projectId, after);
  });
