import type { ObjectContent, ObjectStage, StagedObject } from '../../src/contract/object-destination.ts'
import type { Committable } from '../../src/contract/sink.ts'
import type { FileLoader } from './file-loader.ts'
import { manifestOf, type ObjectToLoad } from './manifest.ts'

/** What one statement names at the most: it may have 100 KB. */
const mostFiles = 300
const mostNameBytes = 30_000

/** Objects that are loaded as soon as they are published. */
export class LoadedStage implements ObjectStage {
  readonly lanes: number
  readonly #objects: ObjectStage
  readonly #loader: FileLoader
  readonly #writer: string

  constructor(objects: ObjectStage, loader: FileLoader, writer: string) {
    this.#objects = objects
    this.#loader = loader
    this.#writer = writer
    this.lanes = objects.lanes
  }

  whereIs(name: string): string {
    return this.#objects.whereIs(name)
  }

  names(wanted: (name: string) => boolean): Promise<readonly string[]> {
    return this.#objects.names(wanted)
  }

  sizes(wanted: (name: string) => boolean): Promise<ReadonlyMap<string, number>> {
    return this.#objects.sizes(wanted)
  }

  read(name: string): Promise<Uint8Array | undefined> {
    return this.#objects.read(name)
  }

  stillStaged(objects: readonly Committable[]): Promise<ReadonlySet<string>> {
    return this.#objects.stillStaged(objects)
  }

  stage(name: string, content: AsyncIterable<Uint8Array>): Promise<StagedObject> {
    return this.#objects.stage(name, content)
  }

  async publish(objects: readonly Committable[]): Promise<void> {
    await this.#objects.publish(objects)
    const files = objects.flatMap((one) => this.#toLoad(one))
    for (const load of inStatements(files))
      await this.#loader.load(load, (missing) => this.#published(missing))
  }

  holds(name: string, content: ObjectContent): Promise<boolean | undefined> {
    return this.#objects.holds(name, content)
  }

  look(): Promise<void> {
    return this.#objects.look()
  }

  discard(): Promise<void> {
    return this.#objects.discard()
  }

  async close(): Promise<void> {
    this.#loader.close()
    await this.#objects.close()
  }

  /** What tells that a partition is complete has no rows. */
  #toLoad(one: Committable): ObjectToLoad[] {
    const { file, sizeBytes, rows } = one
    if (typeof file !== 'string' || typeof sizeBytes !== 'number' || typeof rows !== 'number') return []
    return [{ file, sizeBytes, rows, url: this.#objects.whereIs(file) }]
  }

  /** Where the manifest of some objects is, once it is there. */
  async #published(objects: readonly ObjectToLoad[]): Promise<string> {
    const manifest = manifestOf(this.#writer, objects)
    const isThere = await this.#objects.holds(manifest.name, manifest)
    if (isThere !== true) {
      const content = (async function* () {
        yield manifest.bytes
      })()
      await this.#objects.publish([await this.#objects.stage(manifest.name, content)])
    }
    return this.#objects.whereIs(manifest.name)
  }
}

/** In parts that a statement can name. */
function inStatements(files: readonly ObjectToLoad[]): readonly (readonly ObjectToLoad[])[] {
  const parts: ObjectToLoad[][] = []
  let nameBytes = 0
  for (const one of files) {
    const part = parts.at(-1)
    nameBytes += Buffer.byteLength(one.file)
    if (part !== undefined && part.length < mostFiles && nameBytes <= mostNameBytes) {
      part.push(one)
      continue
    }
    nameBytes = Buffer.byteLength(one.file)
    parts.push([one])
  }
  return parts
}
