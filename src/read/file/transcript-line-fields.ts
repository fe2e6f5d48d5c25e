import { OPEN_BRACE } from '../../disk/json-scan.ts';
import type { Fields } from '../../openclaw/record.ts';

/**
 * The wanted fields of one JSON value, put together as a walk meets them. As in JSON.parse the last of two equal keys
 * counts. A list, or an object of which nothing is wanted, is there but empty.
 */
export class WantedFields {
  /** As far as it was met. */
  value: unknown = null;
  /** Whether the next value is to be told. */
  wanted = true;

  /** Of the next value; null: nothing in it. */
  private fields: Fields | null;
  private name = '';
  private readonly open: { readonly fields: Fields; readonly members: Record<string, unknown> }[] = [];

  constructor(fields: Fields) {
    this.fields = fields;
  }

  /** The name of the next value; null for one that is too long to be wanted. */
  key(name: string | null): void {
    const fields = this.open.at(-1)?.fields ?? {};
    this.wanted = name !== null && Object.hasOwn(fields, name);
    this.name = name ?? '';
    this.fields = this.wanted ? (fields[this.name] ?? null) : null;
  }

  put(value: unknown): void {
    const around = this.open.at(-1);
    if (around === undefined) this.value = value;
    else around.members[this.name] = value;
  }

  /** An object or a list begins. Whether its members are to be told. */
  begin(byte: number): boolean {
    if (!this.wanted) return false;
    const members = {};
    this.put(byte === OPEN_BRACE ? members : []);
    if (byte !== OPEN_BRACE || this.fields === null) return false;
    this.open.push({ fields: this.fields, members });
    return true;
  }

  end(): void {
    this.open.pop();
  }
}
