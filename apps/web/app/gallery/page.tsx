import { Gallery } from "./gallery.tsx";
export default function GalleryPage() {
  return <Gallery serverNow={1795452000000} />;
}
