import { type FileHandle, open } from 'node:fs/promises'

/** Opens a file or a folder, does something with it, and makes it durable. */
export async function synced(
  path: string,
  flags: 'r' | 'w' | 'a+',
  act: (handle: FileHandle) => Promise<unknown> = async () => {},
): Promise<void> {
  const handle = await open(path, flags, 0o600)
  try {
    await act(handle)
    await handle.sync()
  } finally {
    await handle.close()
  }
}
