export type { AwsAuth } from './aws-signature.ts'
export type { IndexRotation } from './index-name.ts'
export { type OpenSearchOptions, openSearch } from './open-search.ts'
