import { randomUUID } from 'node:crypto'
import {
  AbortMultipartUploadCommand,
  DeleteObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  S3Client,
} from '@aws-sdk/client-s3'
import { afterAll, beforeAll } from 'vitest'
import { type S3Place, s3ServiceContract } from '../contract/s3-service.ts'
import { type S3Server, startS3 } from './start-s3.ts'

/*
 * MILLRACE_S3_BUCKET=my-bucket   runs the contract against that bucket instead of the server of the tests, below
 *                                millrace-contract/, which is emptied in the end
 * MILLRACE_S3_ENDPOINT=http://…  the service that has the bucket (default: AWS, as AWS_REGION and so on say)
 */
const { MILLRACE_S3_BUCKET, MILLRACE_S3_ENDPOINT } = process.env
const prefix = `millrace-contract/${randomUUID()}/`

let s3: S3Server
let client: S3Client
beforeAll(async () => {
  s3 = await startS3()
  const local = {
    endpoint: s3.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  }
  const endpoint = MILLRACE_S3_ENDPOINT && { endpoint: MILLRACE_S3_ENDPOINT }
  const connection = MILLRACE_S3_BUCKET === undefined ? local : { ...endpoint }
  client = new S3Client({ ...connection, forcePathStyle: 'endpoint' in connection, maxAttempts: 1 })
})
afterAll(async () => {
  await emptied({ client, bucket: MILLRACE_S3_BUCKET ?? 'lake', prefix })
  client.destroy()
  await s3.close()
})

s3ServiceContract(MILLRACE_S3_BUCKET ?? 'the S3 of the tests', () => ({
  client,
  bucket: MILLRACE_S3_BUCKET ?? 'lake',
  prefix,
}))

async function emptied({ client, bucket: Bucket, prefix: Prefix }: S3Place): Promise<void> {
  const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket, Prefix }))
  for (const { Key } of Contents) await client.send(new DeleteObjectCommand({ Bucket, Key }))
  const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket, Prefix }))
  for (const { Key, UploadId } of Uploads)
    await client.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId }))
}
