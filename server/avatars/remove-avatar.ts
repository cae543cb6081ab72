import { randomUUID } from 'node:crypto';
import { lstat, rename, rm, unlink } from 'node:fs/promises';
import { join } from 'node:path';

/** Takes an avatar's folder away, out of every list at once, so that nobody opens half of it. */
export async function removeAvatar(avatarsDir: string, name: string): Promise<void> {
  const folder = join(avatarsDir, name);
  // A link's target belongs to somebody else.
  if ((await lstat(folder)).isSymbolicLink()) return unlink(folder);
  const leaving = join(avatarsDir, `.${name}-${randomUUID()}`);
  await rename(folder, leaving);
  await rm(leaving, { recursive: true });
}
