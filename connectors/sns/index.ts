export { type SnsTopicOptions, snsTopic } from './sns-topic.ts'
