import { createHash } from 'node:crypto'
import { mkdir, readFile, rename, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { MillraceError } from '../../src/errors.ts'
import { codeOf, isGone } from './file-facts.ts'
import type { FileOffset } from './file-offset.ts'
import { synced } from './synced.ts'

const ownFormat = 'millrace agent offsets'
const ownVersion = 1
/** Enough for half a million files; nothing larger is one of ours. */
const mostBytes = 256 * 2 ** 20

interface Offsets {
  readonly destination: string
  readonly files: readonly FileOffset[]
}

/** The offsets of all files of an agent, in one file of its state folder that is replaced as a whole. */
export class OffsetsFile {
  readonly #folder: string
  readonly #path: string
  readonly #destination: string

  /** `destination` is what the offsets belong to, such as a stream. */
  constructor(folder: string, destination: string) {
    this.#folder = folder
    this.#path = join(folder, 'offsets.json')
    this.#destination = destination
  }

  /**
   * What was written last; `undefined` if nothing was.
   *
   * @throws MillraceError `OFFSETS_CORRUPT`; `OPTION_INVALID` if they are of another destination; `STORE_FAILED`.
   */
  async read(): Promise<readonly FileOffset[] | undefined> {
    const text = await this.#text()
    if (text === undefined) return undefined
    const { destination, files } = this.#parsed(text)
    if (destination !== this.#destination) {
      throw new MillraceError(
        'OPTION_INVALID',
        `the state folder holds the offsets of what is sent to ${destination}: each stream needs one of its own`,
        { where: { file: this.#path } },
      )
    }
    return files
  }

  /**
   * Replaces what is there; when it resolves, that is durable.
   *
   * @throws MillraceError `STORE_FAILED`
   */
  async write(files: readonly FileOffset[]): Promise<void> {
    const content = JSON.stringify({ destination: this.#destination, files })
    const top = JSON.stringify({ format: ownFormat, version: ownVersion, sha256: checksum(content) })
    const text = `${top.slice(0, -1)},"content":${content}}\n`
    const draft = `${this.#path}.new`
    try {
      await synced(draft, 'w', (handle) => handle.writeFile(text))
      await rename(draft, this.#path)
      await synced(this.#folder, 'r')
    } catch (cause) {
      throw this.#failed('cannot write offsets', cause)
    }
  }

  async #text(): Promise<string | undefined> {
    try {
      if ((await stat(this.#path)).size > mostBytes) throw this.#corrupt('it is too large')
      return await readFile(this.#path, 'utf8')
    } catch (cause) {
      if (isGone(cause)) return undefined
      throw cause instanceof MillraceError ? cause : this.#failed('cannot read offsets', cause)
    }
  }

  #parsed(text: string): Offsets {
    const { format, version, sha256, content } = this.#file(text)
    if (format !== ownFormat) throw this.#corrupt('it is something else')
    if (version !== ownVersion) {
      throw this.#corrupt(`it has version ${String(version)}, and this Millrace knows ${ownVersion}`)
    }
    if (sha256 !== checksum(JSON.stringify(content)) || !isOffsets(content)) {
      throw this.#corrupt('its checksum is that of something else')
    }
    return content
  }

  #file(text: string): Partial<Record<'format' | 'version' | 'sha256' | 'content', unknown>> {
    try {
      const file: unknown = JSON.parse(text)
      return typeof file === 'object' && file !== null ? file : {}
    } catch (cause) {
      throw this.#corrupt('it is not JSON', cause)
    }
  }

  #corrupt(why: string, cause?: unknown): MillraceError {
    return new MillraceError('OFFSETS_CORRUPT', `the offsets cannot be read: ${why}`, {
      where: { file: this.#path },
      cause,
    })
  }

  #failed(happened: string, cause: unknown): MillraceError {
    return new MillraceError('STORE_FAILED', `${happened}: ${codeOf(cause)}`, {
      where: { file: this.#path },
      cause,
    })
  }
}

/**
 * Makes the state folder, and its name durable.
 *
 * @throws MillraceError `STORE_FAILED`
 */
export async function makeStateFolder(folder: string): Promise<void> {
  try {
    if ((await mkdir(folder, { recursive: true })) !== undefined) await synced(dirname(folder), 'r')
  } catch (cause) {
    throw new MillraceError('STORE_FAILED', `cannot make the state folder: ${codeOf(cause)}`, {
      where: { file: folder },
      cause,
    })
  }
}

/** The checksum vouches for the rest. */
function isOffsets(content: unknown): content is Offsets {
  return typeof content === 'object' && content !== null && 'destination' in content && 'files' in content
}

function checksum(content: string): string {
  return createHash('sha256').update(content).digest('base64')
}
