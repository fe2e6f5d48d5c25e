import { DatabaseSync } from 'node:sqlite';

export type HolderRequest =
  | { readonly type: 'hold'; readonly id: number; readonly path: string; readonly statements: readonly string[] }
  | { readonly type: 'end'; readonly id: number; readonly last: string };

export interface HolderAnswer {
  readonly id: number;
  readonly error: string | null;
}

/**
 * A process that holds databases open for a test, as gateways do: locks of the process that reads would be none to it.
 * It ends with the process that started it.
 */
const held = new Map<number, DatabaseSync>();

process.on('message', (request: HolderRequest) => {
  try {
    if (request.type === 'hold') hold(request.id, request.path, request.statements);
    else end(request.id, request.last);
    answer({ id: request.id, error: null });
  } catch (error) {
    answer({ id: request.id, error: String(error) });
  }
});
process.on('disconnect', () => process.exit());

function hold(id: number, path: string, statements: readonly string[]): void {
  const database = new DatabaseSync(path);
  held.set(id, database);
  for (const statement of statements) database.exec(statement);
}

function end(id: number, last: string): void {
  const database = held.get(id);
  database?.exec(last);
  database?.close();
  held.delete(id);
}

function answer(message: HolderAnswer): void {
  process.send?.(message);
}
