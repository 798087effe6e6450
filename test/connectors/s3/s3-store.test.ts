import { afterAll, beforeAll, describe } from 'vitest'
import { Chance } from '../../../src/testing/simulation/chance.ts'
import { checkpointStoreContract } from '../../contract/checkpoint-store.ts'
import { seededFaults } from '../../s3-server/faults.ts'
import { type S3Server, startS3 } from '../../s3-server/start-s3.ts'
import { storeAt } from './store-at.ts'

let s3: S3Server
beforeAll(async () => {
  s3 = await startS3()
  // So that also small listings have several pages.
  s3.pageSize = 25
})
afterAll(() => s3.close())

let places = 0
const makeStore = () => storeAt(s3, `place/${++places}`)
const another = () => storeAt(s3, `place/${places}`)

/** Behind the back of the store: thousands of requests take long. */
async function fill(names: readonly string[]): Promise<void> {
  const empty = {
    content: Buffer.alloc(0),
    etag: '""',
    modifiedAt: 0,
    checksum: undefined,
    metadata: {},
    headers: {},
  }
  for (const name of names) s3.bucket('lake').objects.set(`place/${places}/${name}`, empty)
}

checkpointStoreContract('s3Store', makeStore, { another, fill })

describe('where a tenth of all requests goes wrong,', () => {
  beforeAll(() => {
    s3.faults = seededFaults(new Chance(1), 0.1)
  })

  checkpointStoreContract('s3Store', makeStore, { another, fill })
})
