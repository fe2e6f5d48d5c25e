import { runChild } from './child.ts';

runChild();
