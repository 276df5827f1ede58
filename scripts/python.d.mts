export const venvFolder: string;
export function pythonRuns(program: string): boolean;
export function whyNoVenv(): string | undefined;
export function makeVenv(say: (text: string) => void): void;
