export { type SplunkOptions, splunk } from './splunk.ts'
