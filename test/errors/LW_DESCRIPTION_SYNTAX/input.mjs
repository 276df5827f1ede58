import { defineLink } from "lanewright";

export default defineLink({
  name: "uplink",,
});
