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
 * Makes folders whose own names are durable, below `root` and including it. A folder that was there already is made
 * durable too when it is first asked for: another process may have made it a moment ago and not have come to that.
 */
export class DurableFolders {
  readonly #root: string
  readonly #durable = new Set<string>()

  constructor(root: string) {
    this.#root = root
  }

  async make(folder: string): Promise<void> {
    const firstMade = await mkdir(folder, { recursive: true })
    if (firstMade === undefined && this.#durable.has(folder)) return
    for (const parent of parentsOf(folder, firstMade ?? this.#root, this.#root)) await syncFolder(parent)
    this.#durable.add(folder)
  }
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
