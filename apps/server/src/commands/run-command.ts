import { isPlatformError } from '@rae/kernel';
import { RaeError } from '@rae/sdk';

const isUsage = (error: unknown): error is Error =>
  error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');

/** Runs a command. What went wrong is one sentence on standard error and exit code 1; a fault of ours comes with its stack. */
export async function runCommand(usage: string, command: () => Promise<void>): Promise<void> {
  try {
    await command();
  } catch (error) {
    process.exitCode = 1;
    if (isUsage(error)) console.error(`${error.message}\nUsage: ${usage}`);
    else console.error(isPlatformError(error) || error instanceof RaeError ? error.message : error);
  }
}
