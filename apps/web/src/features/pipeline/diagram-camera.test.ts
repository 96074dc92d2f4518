import { expect, test } from "vitest";
import { openingView } from "./diagram-camera.tsx";

const diagram = (width: number, height: number, firstX = 0) => ({
  nodes: new Map([
    ["first", { x: firstX, y: 0, width: 200, height: 64 }],
    ["last", { x: 0, y: height - 64, width: 200, height: 64 }],
  ]),
  edges: new Map(),
  size: { width, height },
});
const frame = { width: 600, height: 700 };

test("a small diagram stands whole in the middle, not enlarged", () => {
  expect(openingView(diagram(200, 400), frame)).toEqual({
    fits: true,
    mostHidden: false,
    viewport: { x: 200, y: 150, zoom: 1 },
  });
});

test("a long one starts at its top and stays readable", () => {
  const { fits, mostHidden, viewport } = openingView(diagram(200, 6000), frame);
  expect([fits, mostHidden]).toEqual([false, true]);
  expect(openingView(diagram(200, 800), frame)).toMatchObject({ fits: false, mostHidden: false });
  expect(viewport.y).toBe(24);
  expect(viewport.zoom).toBeCloseTo(11 / 12);
});

test("a wide one starts at its first step", () => {
  const { viewport } = openingView(diagram(3000, 6000, 1400), frame);
  const middle = viewport.x + 1500 * viewport.zoom;
  expect(middle).toBeCloseTo(300);
  expect(openingView(diagram(3000, 6000, 0), frame).viewport.x).toBe(24);
});
