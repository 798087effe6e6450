import type { Algorithm } from './checksums.ts'

/** A checksum that was asked for, of the whole content or of the checksums of its parts. */
export interface StoredChecksum {
  readonly algorithm: Algorithm
  readonly value: string
  readonly type: 'FULL_OBJECT' | 'COMPOSITE'
}

/** What goes with an object: headers as they were given. */
export interface ObjectFacts {
  readonly metadata: Readonly<Record<string, string>>
  readonly headers: Readonly<Record<string, string>>
}

export interface StoredObject extends ObjectFacts {
  readonly content: Buffer
  readonly etag: string
  readonly modifiedAt: number
  readonly checksum: StoredChecksum | undefined
}

export interface StoredPart {
  readonly content: Buffer
  readonly etag: string
  readonly modifiedAt: number
  readonly checksum: Omit<StoredChecksum, 'type'> | undefined
}

/** An upload in parts that is neither completed nor aborted. */
export interface StoredUpload extends ObjectFacts {
  readonly id: string
  readonly key: string
  readonly begunAt: number
  readonly algorithm: Algorithm | undefined
  readonly checksumType: StoredChecksum['type'] | undefined
  readonly parts: Map<number, StoredPart>
}

/** What a bucket holds. */
export class StoredBucket {
  readonly objects = new Map<string, StoredObject>()
  readonly uploads = new Map<string, StoredUpload>()
  readonly #deletions = new Map<string, number>()
  #uploads = 0

  delete(key: string): void {
    if (this.objects.delete(key)) this.#deletions.set(key, this.deletionsOf(key) + 1)
  }

  /** How often an object of the key was deleted: a conditional write during which that changes is refused. */
  deletionsOf(key: string): number {
    return this.#deletions.get(key) ?? 0
  }

  newUploadId(): string {
    this.#uploads += 1
    return `upload-${String(this.#uploads).padStart(8, '0')}`
  }

  /** Keys in the order of their UTF-8 bytes. */
  keys(): string[] {
    return inByteOrder([...this.objects.keys()])
  }
}

export function inByteOrder(keys: string[]): string[] {
  return keys.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
}
