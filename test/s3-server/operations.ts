import type { Answer, Call, Operation } from './call.ts'
import { listMultipartUploads, listObjectsV2 } from './listings.ts'
import {
  abortMultipartUpload,
  completeMultipartUpload,
  createMultipartUpload,
  listParts,
  uploadPart,
} from './multipart.ts'
import { deleteObject, deleteObjects, getObject, putObject } from './objects.ts'

/** What each operation does: at once, so that of several at the same time one is first. */
export const operations: Readonly<Record<Operation, (call: Call) => Answer>> = {
  HeadBucket: () => ({ status: 200 }),
  ListObjectsV2: listObjectsV2,
  ListMultipartUploads: listMultipartUploads,
  DeleteObjects: deleteObjects,
  PutObject: putObject,
  GetObject: getObject,
  HeadObject: getObject,
  DeleteObject: deleteObject,
  CreateMultipartUpload: createMultipartUpload,
  UploadPart: uploadPart,
  CompleteMultipartUpload: completeMultipartUpload,
  AbortMultipartUpload: abortMultipartUpload,
  ListParts: listParts,
}
