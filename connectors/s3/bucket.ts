/** What is asked of a bucket: each method is one request, tried once. They reject with the errors of the service. */
export interface Bucket {
  /** Rejects with `PreconditionFailed` if the key is taken. */
  putIfAbsent(key: string, content: Uint8Array, marks: Marks, signal: AbortSignal): Promise<void>
  /** What an object was marked with; `undefined` if there is none. */
  marksOf(key: string, signal: AbortSignal): Promise<Partial<Marks> | undefined>
  /**
   * Some of the bytes of an object; `undefined` if there is none. Rejects with `PreconditionFailed` if it is not the one
   * with the tag.
   */
  get(key: string, range: Range, etag: string | undefined, signal: AbortSignal): Promise<Piece | undefined>
  /** In ascending order of keys. */
  list(prefix: string, after: string | undefined, signal: AbortSignal): Promise<Page<Listed>>
  delete(key: string, signal: AbortSignal): Promise<void>
  /** Begins an upload in parts, and gives its id. */
  beginUpload(key: string, marks: UploadMarks, signal: AbortSignal): Promise<string>
  putPart(upload: Upload, number: number, content: Uint8Array, signal: AbortSignal): Promise<Part>
  /** Makes an object of the parts. Rejects with `PreconditionFailed` if the key is taken. */
  completeIfAbsent(upload: Upload, parts: readonly Part[], marks: Marks, signal: AbortSignal): Promise<void>
  abortUpload(upload: Upload, signal: AbortSignal): Promise<void>
  /** Uploads that are neither completed nor aborted. */
  listUploads(prefix: string, after: string | undefined, signal: AbortSignal): Promise<Page<Upload>>
}

/** What an object carries besides its content. */
export interface Marks {
  /** Names the call that wrote it, so that its writer knows it again. */
  readonly writer: string
  /** The checksum of the whole content, in hexadecimal. */
  readonly crc32: string
}

/** What an upload is marked with when it begins: the checksum of its content may not be known yet. */
export type UploadMarks = Pick<Marks, 'writer'> & Partial<Marks>

/** Bytes from `start` on, `size` of them at the most. */
export interface Range {
  readonly start: number
  readonly size: number
}

export interface Piece {
  readonly content: Uint8Array
  readonly objectSize: number
  readonly etag: string | undefined
  readonly marks: Partial<Marks>
}

/** An object in a listing. */
export interface Listed {
  readonly key: string
  readonly sizeBytes: number
}

/** A part of an answer; `next` asks for the rest. */
export interface Page<T> {
  readonly items: readonly T[]
  readonly next: string | undefined
}

export interface Upload {
  readonly key: string
  readonly id: string
}

/** A part that was uploaded. Numbers begin with 1. */
export interface Part {
  readonly number: number
  readonly etag: string
  readonly crc32: string | undefined
}
