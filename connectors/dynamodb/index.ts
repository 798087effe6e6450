export { type DynamoTableOptions, dynamoTable } from './dynamo-table.ts'
