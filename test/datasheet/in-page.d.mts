export function contrastFaults(): string[];
export function colors(): { ground: string; ink: string };
export function focusedLink(): string;
export function topOf(id: string): number;
export function pageWidth(): number;
export function unreachable(): string[];
export function cutOff(width: number): string[];
