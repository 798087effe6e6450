import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { type CheckpointStore, folderStore } from 'millrace'
import type { Chance } from '../../src/testing/simulation/chance.ts'
import type { OrdealProcess } from './ordeal-process.ts'
import type { Place } from './place.ts'
import { SmallDisk } from './small-disk.ts'

const diskKiB = 512 * 1024
/** The results of all jobs are more than this, also what they write in the second half of their work. */
const mostLeftForResultsKiB = 8

/** A folder and one for results in it, each on a small disk of its own where the machine lets a test have them. */
export class FolderPlace implements Place {
  readonly env = {}
  readonly checkpoints: CheckpointStore
  readonly #folder: string
  readonly #disks: readonly { readonly disk: SmallDisk; readonly mostLeftKiB: number }[]
  #full: SmallDisk | undefined
  readonly #chance: Chance

  /**
   * @param mostLeftKiB How much room there may be on a full disk for what the job is about to write besides results; 0 if
   *   that never fills a disk, since each checkpoint takes the room of one that is deleted: then only that of results is full.
   */
  constructor(folder: string, hasDisk: boolean, mostLeftKiB: number, chance: Chance) {
    const out = join(folder, 'out')
    const onFolder = (path: string) => {
      mkdirSync(path)
      return []
    }
    const onDisk = (path: string, mostLeftKiB: number) => {
      mkdirSync(path)
      return hasDisk ? [{ disk: new SmallDisk(path, diskKiB), mostLeftKiB }] : []
    }
    const whole = mostLeftKiB > 0 ? onDisk(folder, mostLeftKiB) : onFolder(folder)
    this.#disks = [...whole, ...onDisk(out, mostLeftForResultsKiB)]
    this.#folder = folder
    this.#chance = chance
    this.checkpoints = folderStore(join(folder, 'checkpoints'))
  }

  async results(): Promise<Buffer[]> {
    const out = join(this.#folder, 'out')
    const names = readdirSync(out, { recursive: true, encoding: 'utf8' })
    return names.filter((name) => name.endsWith('.parquet')).map((name) => readFileSync(join(out, name)))
  }

  async fill(room: 'for nothing' | 'for some'): Promise<void> {
    const { disk, mostLeftKiB } = this.#chance.oneOf(this.#disks)
    disk.fill(room === 'for nothing' ? 0 : this.#chance.between(0, mostLeftKiB))
    this.#full = disk
  }

  async met(process: OrdealProcess): Promise<void> {
    await process.until(/RESTARTING.*ENOSPC/)
  }

  async free(): Promise<void> {
    this.#full?.free()
  }

  /** The processes themselves delay the answers of a folder. */
  async delay(): Promise<void> {}

  async happened(): Promise<Readonly<Record<string, number>>> {
    return {}
  }

  async close(): Promise<void> {
    for (const { disk } of this.#disks.toReversed()) disk.unmount()
    rmSync(this.#folder, { recursive: true, force: true })
  }
}
