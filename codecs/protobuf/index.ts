export { protobuf } from './protobuf.ts'
