/** A record to be put. */
export interface RecordToPut {
  readonly data: Uint8Array
  /** 1 to 256 characters; decides the shard. */
  readonly partitionKey: string
}

const mostRecords = 500
const mostBytes = 5 * 2 ** 20

/** Groups records into what one PutRecords may carry: 500 of them and 5 MiB with their keys. */
export async function* recordBatches(
  records: Iterable<RecordToPut> | AsyncIterable<RecordToPut>,
): AsyncGenerator<RecordToPut[]> {
  const group = new Group()
  if (Symbol.iterator in records) {
    // Waits once a batch instead of once a record.
    for (const record of records) {
      if (!group.fits(record)) yield group.take()
      group.add(record)
    }
  } else {
    for await (const record of records) {
      if (!group.fits(record)) yield group.take()
      group.add(record)
    }
  }
  const rest = group.take()
  if (rest.length > 0) yield rest
}

class Group {
  #records: RecordToPut[] = []
  #bytes = 0

  fits(record: RecordToPut): boolean {
    return (
      this.#records.length === 0 ||
      (this.#records.length < mostRecords && this.#bytes + weight(record) <= mostBytes)
    )
  }

  add(record: RecordToPut): void {
    this.#records.push(record)
    this.#bytes += weight(record)
  }

  take(): RecordToPut[] {
    const taken = this.#records
    this.#records = []
    this.#bytes = 0
    return taken
  }
}

/** What a record counts for; a character of a key is at most three bytes of UTF-8. */
function weight({ data, partitionKey }: RecordToPut): number {
  return data.length + 3 * partitionKey.length
}
