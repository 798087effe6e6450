import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { folder } from '../../../connectors/files/index.ts'
import { type ArchivePlace, folderArchive } from '../../../connectors/kinesis/index.ts'
import { bucket, bucketArchive } from '../../../connectors/s3/index.ts'
import type { ObjectDestination } from '../../../src/contract/object-destination.ts'
import { startS3 } from '../../s3-server/start-s3.ts'

/** Where an archive lies in a test. */
export interface ArchiveHome {
  readonly destination: ObjectDestination
  readonly archive: ArchivePlace
  /** The names of its files, in their order. */
  files(): readonly string[]
  remove(name: string): void
  /** The files in a folder of this machine. */
  inFolder(): string
  close(): Promise<void>
}

export function folderHome(): ArchiveHome {
  const path = mkdtempSync(join(tmpdir(), 'millrace-archive-'))
  return {
    destination: folder(path),
    archive: folderArchive(path),
    files: () => readdirSync(path).filter(isParquet).sort(),
    remove: (name) => rmSync(join(path, name)),
    inFolder: () => path,
    close: async () => rmSync(path, { recursive: true }),
  }
}

export async function bucketHome(): Promise<ArchiveHome> {
  const s3 = await startS3()
  const prefix = 'orders/archive/'
  const { objects } = s3.bucket('lake')
  const copies = mkdtempSync(join(tmpdir(), 'millrace-archive-'))
  const options = { endpoint: s3.endpoint }
  return {
    destination: bucket(`s3://lake/${prefix}`, options),
    archive: bucketArchive(`s3://lake/${prefix}`, options),
    files: () =>
      [...objects.keys()]
        .filter(isParquet)
        .map((key) => key.slice(prefix.length))
        .sort(),
    remove: (name) => void objects.delete(prefix + name),
    inFolder: () => {
      mkdirSync(copies, { recursive: true })
      for (const [key, { content }] of objects)
        if (isParquet(key)) writeFileSync(join(copies, key.slice(prefix.length)), content)
      return copies
    },
    close: async () => {
      rmSync(copies, { recursive: true })
      await s3.close()
    },
  }
}

const isParquet = (name: string) => name.endsWith('.parquet')
