export type VenvName = "cocotb" | "handOff";
export const venvFolder: string;
export const handOffFolder: string;
export function pythonRuns(program: string): boolean;
export function whyNoVenv(name?: VenvName): string | undefined;
export function makeVenv(say: (text: string) => void, name?: VenvName): void;
