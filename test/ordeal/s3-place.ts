import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3'
import type { CheckpointStore } from 'millrace'
import { s3Store } from 'millrace/connectors/s3'
import type { Chance } from '../../src/testing/simulation/chance.ts'
import type { OrdealProcess } from './ordeal-process.ts'
import type { Place } from './place.ts'
import { S3OfItsOwn } from './s3-of-its-own.ts'
import type { Manner } from './s3-process.ts'

const bucket = 'lake'
/** Nothing goes wrong. */
export const calm: Manner = { late: 0, lateMs: 0, faults: 0, refusing: false }
/** Requests go wrong at any time. */
const rough: Manner = { late: 0.05, lateMs: 80, faults: 0.03, refusing: false }

/** A bucket of an S3 in a process of its own, where requests go wrong all the time. */
export class S3Place implements Place {
  readonly env: Place['env']
  readonly checkpoints: CheckpointStore
  readonly #server: S3OfItsOwn
  readonly #client: S3Client
  #manner: Manner

  static async open(chance: Chance, manner = rough): Promise<S3Place> {
    const server = await S3OfItsOwn.start(chance.between(0, 2 ** 31))
    await server.turn(manner)
    return new S3Place(server, manner)
  }

  private constructor(server: S3OfItsOwn, manner: Manner) {
    this.#manner = manner
    const { endpoint } = server
    this.#server = server
    this.env = { ORDEAL_PLACE: 's3', AWS_ENDPOINT_URL_S3: endpoint }
    const credentials = { accessKeyId: 'local', secretAccessKey: 'local' }
    this.#client = new S3Client({ endpoint, region: 'us-east-1', forcePathStyle: true, credentials })
    this.checkpoints = s3Store({ bucket, prefix: 'checkpoints', endpoint })
  }

  async results(): Promise<Buffer[]> {
    await this.#server.turn(calm)
    const contents: Buffer[] = []
    for (let after: string | undefined; ; ) {
      const list = new ListObjectsV2Command({ Bucket: bucket, Prefix: 'out/', ContinuationToken: after })
      const { Contents = [], NextContinuationToken } = await this.#client.send(list)
      for (const { Key } of Contents) {
        if (!Key!.endsWith('.parquet')) continue
        const { Body } = await this.#client.send(new GetObjectCommand({ Bucket: bucket, Key }))
        contents.push(Buffer.from(await Body!.transformToByteArray()))
      }
      after = NextContinuationToken
      if (after === undefined) break
    }
    await this.#server.turn(this.#manner)
    return contents
  }

  async fill(): Promise<void> {
    await this.#turn({ ...this.#manner, refusing: true })
  }

  met(process: OrdealProcess): Promise<void> {
    return process.while(this.#server.refused(4))
  }

  async free(): Promise<void> {
    await this.#turn({ ...this.#manner, refusing: false })
  }

  async delay(): Promise<void> {
    await this.#turn({ ...this.#manner, late: 0.4 })
  }

  async happened(): Promise<Readonly<Record<string, number>>> {
    const { late, lost, refused, other } = await this.#server.turn(calm)
    return {
      'S3: late answers': late,
      'S3: lost answers': lost,
      'S3: writes refused as if it were full': refused,
      'S3: other faults': other,
    }
  }

  async close(): Promise<void> {
    this.#client.destroy()
    this.#server.stop()
  }

  async #turn(manner: Manner): Promise<void> {
    this.#manner = manner
    await this.#server.turn(manner)
  }
}
