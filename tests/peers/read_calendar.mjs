// Calendars as ical.js reads them: a JSON list of files on standard input, a JSON list of what they say on standard output.
// The engine's file is the first argument. Its own instants are told, as UTC.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const { default: ICAL } = await import(pathToFileURL(process.argv[2]));

const instant = (time) => (time ? time.toJSDate().toISOString() : null);
const address = (property) => ({
  value: property.getFirstValue(),
  ...Object.fromEntries(["cn", "role", "partstat", "rsvp"].map((name) => [name, property.getParameter(name) ?? null])),
});

function told(component) {
  const event = new ICAL.Event(component);
  return {
    fields: component.getAllProperties().map((property) => property.name).sort(),
    inside: component.getAllSubcomponents().length,
    uid: event.uid,
    sequence: event.sequence,
    stamp: instant(component.getFirstPropertyValue("dtstamp")),
    starts: instant(event.startDate),
    ends: component.hasProperty("dtend") ? instant(event.endDate) : null,
    summary: event.summary,
    description: event.description,
    location: event.location,
    url: component.getFirstPropertyValue("url"),
    status: component.getFirstPropertyValue("status"),
    organizer: component.getAllProperties("organizer").map(address),
    attendees: event.attendees.map(address),
  };
}

function read(file) {
  const calendar = new ICAL.Component(ICAL.parse(file));
  return {
    component: calendar.name,
    inside: calendar.getAllSubcomponents().map((one) => one.name),
    fields: calendar.getAllProperties().map((property) => property.name).sort(),
    method: calendar.getFirstPropertyValue("method"),
    name: calendar.getFirstPropertyValue("name"),
    events: calendar.getAllSubcomponents("vevent").map(told),
  };
}

process.stdout.write(JSON.stringify(JSON.parse(readFileSync(0, "utf8")).map(read)));
