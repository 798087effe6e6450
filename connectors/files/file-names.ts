import { readdir, realpath, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { ifThere } from './file-error.ts'

/** The names of all files below a folder, relative to it, also where a link leads to them. */
export async function fileNames(
  folder: string,
  passOver: string,
  wanted: (name: string) => boolean,
  below = '',
  above: readonly string[] = [],
): Promise<string[]> {
  const found: string[] = []
  const path = await ifThere(realpath(join(folder, below)))
  // A link may lead back to where it came from.
  if (path === undefined || above.includes(path)) return found
  for (const entry of (await ifThere(readdir(path, { withFileTypes: true }))) ?? []) {
    const name = below === '' ? entry.name : `${below}/${entry.name}`
    if (name === passOver) continue
    const kind = entry.isSymbolicLink() ? await ifThere(stat(join(path, entry.name))) : entry
    if (kind?.isDirectory())
      found.push(...(await fileNames(folder, passOver, wanted, name, [...above, path])))
    if (kind?.isFile() && wanted(name)) found.push(name)
  }
  return found
}
