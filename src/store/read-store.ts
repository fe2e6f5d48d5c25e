import type { AgentStore } from './agent-stores.ts';
import { hasSessionTables } from './database.ts';
import { type FileStoreContext, readFileStore } from './file-store.ts';
import type { StoreReading } from './session.ts';

/** Reads one agent's store with the reader of its era; never throws for bad data. */
export async function readStore(store: AgentStore, context: FileStoreContext): Promise<StoreReading> {
  if (store.database === null || !hasSessionTables(store.database, context.stateDir))
    return readFileStore(store, context);
  // The reader of the SQLite era goes here. Until then such an agent says that it was not read.
  return {
    agent: store.agent,
    layout: 'sqlite',
    schema: 0,
    readable: false,
    problems: ['schema_unsupported'],
    sessions: [],
    archived: 0,
    lastWriteMs: null,
    transcriptPaths: [],
  };
}
