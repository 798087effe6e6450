import { mkdir, open } from 'node:fs/promises'
import { dirname } from 'node:path'

/** Writes a new file and returns when its content would survive a crash of the machine; its name might not yet. */
export async function writeDurably(file: string, content: Uint8Array): Promise<void> {
  const handle = await open(file, 'wx')
  try {
    await handle.writeFile(content)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Makes the names in a folder durable. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/**
 * Makes a folder whose own name is durable, up to and including `root`. Folders that were there already are synced
 * too: another process may have made them a moment ago and not have come to syncing them.
 */
export async function makeFolder(folder: string, root: string): Promise<void> {
  const firstMade = await mkdir(folder, { recursive: true })
  for (const parent of parentsOf(folder, firstMade ?? root, root)) await syncFolder(parent)
}

function parentsOf(folder: string, firstMade: string, root: string): string[] {
  const top = dirname(firstMade.length < root.length ? firstMade : root)
  const parents: string[] = []
  for (let parent = dirname(folder); parent.length >= top.length; parent = dirname(parent)) {
    parents.push(parent)
    if (parent === dirname(parent)) break
  }
  return parents
}
