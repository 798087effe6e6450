export type { S3Connection } from './connection.ts'
export type { S3Encryption } from './encryption.ts'
export { type S3StoreOptions, s3Store, s3StoreAt } from './s3-store.ts'
