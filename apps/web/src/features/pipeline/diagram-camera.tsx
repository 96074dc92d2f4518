"use client";
import { useReactFlow, useStore, type Viewport } from "@xyflow/react";
import { useEffect } from "react";
import type { Placement } from "./elk-layout.ts";

/** Around the diagram, in px of the screen. */
const MARGIN = 24;
/** Below this zoom the 12 px of a step's name are less than 11 px. */
const READABLE = 11 / 12;

/** An overview takes room of its own, so it comes only where most of the diagram is out of sight. */
const MOST = 0.6;

type View = { fits: boolean; mostHidden: boolean; viewport: Viewport };

/** The whole diagram where it can be read so; otherwise its beginning, large enough to read. */
export function openingView(placement: Placement, frame: { width: number; height: number }): View {
  // Edges and their labels reach beyond the nodes, so it is the whole layout that must fit.
  const { width, height } = placement.size;
  const whole = Math.min((frame.width - 2 * MARGIN) / width, (frame.height - 2 * MARGIN) / height);
  const fits = whole >= READABLE;
  const mostHidden = whole < READABLE * MOST;
  const zoom = Math.min(1, Math.max(READABLE, whole));
  if (fits || width * zoom <= frame.width - 2 * MARGIN) {
    const top = fits ? (frame.height - height * zoom) / 2 : MARGIN;
    return { fits, mostHidden, viewport: { x: (frame.width - width * zoom) / 2, y: top, zoom } };
  }
  const first = [...placement.nodes.values()].reduce((a, b) => (b.y < a.y ? b : a));
  const middle = frame.width / 2 - (first.x + first.width / 2) * zoom;
  // The first step in the middle, without leaving room beside the diagram.
  const x = Math.min(MARGIN, Math.max(frame.width - MARGIN - width * zoom, middle));
  return { fits, mostHidden, viewport: { x, y: MARGIN, zoom } };
}

type CameraProps = { placement: Placement | null; selectedId: string | null };

/** Shows the diagram when its shape changes, and the selected node when it is out of sight. */
export function Camera({ placement, selectedId }: CameraProps) {
  const flow = useReactFlow();
  // On a phone the diagram may begin out of sight, without a size.
  const shown = useStore((state) => state.width > 0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: fits again once there is a size
  useEffect(() => {
    const frame = document.querySelector(".react-flow")?.getBoundingClientRect();
    if (placement === null || !frame || frame.width === 0) {
      return;
    }
    void flow.setViewport(openingView(placement, frame).viewport);
  }, [flow, placement, shown]);
  useEffect(() => {
    const place = selectedId === null ? undefined : placement?.nodes.get(selectedId);
    const frame = document.querySelector(".react-flow")?.getBoundingClientRect();
    if (!place || !frame) {
      return;
    }
    const from = flow.flowToScreenPosition({ x: place.x, y: place.y });
    const to = flow.flowToScreenPosition({ x: place.x + place.width, y: place.y + place.height });
    const inside = from.x >= frame.left && from.y >= frame.top && to.x <= frame.right && to.y <= frame.bottom;
    if (!inside) {
      const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
      void flow.setCenter(place.x + place.width / 2, place.y + place.height / 2, {
        zoom: flow.getZoom(),
        duration: still ? 0 : 150,
      });
    }
  }, [flow, placement, selectedId]);
  return null;
}
