export { type SqsQueueOptions, sqsQueue } from './sqs-queue.ts'
