-- Lets a privileged component ask its users' archives [XEP-0356 §6], [XEP-0313 §4].
--
-- mod_privilege (prosody-modules) grants the iq, but an archive answers with messages before its iq, and for those it has no way to
-- the component: every query that finds something ends in internal-server-error. This module, loaded beside it on the VirtualHost,
-- answers privileged archive queries itself: each found message goes to the component like the iq's answer, forwarded in <privilege/>,
-- and in order before it. Who may ask is mod_privilege's word (privileged_entities = { ["COMPONENT"] = { iq = { ["urn:xmpp:mam:2"] =
-- "set" } } }); what it refuses, it refuses.
--
-- Messages that came while the component was away were bounced to their senders: those are not shown to it as missed. That is
-- remembered in memory only, of the last 10,000.

local jid = require "util.jid";
local st = require "util.stanza";
local new_cache = require "util.cache".new;
local get_module = require "core.modulemanager".get_module;
local user_exists = require "core.usermanager".user_exists;

local xmlns_privilege, xmlns_forward, xmlns_mam = "urn:xmpp:privilege:2", "urn:xmpp:forward:0", "urn:xmpp:mam:2";

module:depends("privilege");
module:depends("mam");

local bounced = new_cache(10000);

module:hook("archive-message-added", function (event)
	local to = event.stanza.attr.to;
	local host = to and jid.host(to);
	local component = host and prosody.hosts[host] and get_module(host, "component");
	if component and component.connected == false then
		bounced:set(event.for_user.."/"..event.id, true);
	end
end);

local function was_bounced(user, stanza)
	local result = stanza:get_child("result", xmlns_mam);
	return result and bounced:get(user.."/"..result.attr.id);
end

local function may_ask(component, iq_type)
	local granted = component.privileges and component.privileges[module.host];
	local namespaces = granted and granted.iq;
	return namespaces and namespaces[xmlns_mam] and namespaces[xmlns_mam][iq_type];
end

-- Before mod_privilege; what is not ours is left to it, with its reasons for refusing.
module:hook("iq/bare/"..xmlns_privilege..":privileged_iq", function (event)
	local component, request = event.origin, event.stanza;
	local inner = request:get_child("privileged_iq", xmlns_privilege).tags[1];
	local query = inner and inner:get_child("query", xmlns_mam);
	local user, host = jid.split(request.attr.to);
	if not query or #inner.tags ~= 1 or inner.attr.id == nil or inner.attr.type ~= request.attr.type
		or (inner.attr.from and inner.attr.from ~= request.attr.to) or (inner.attr.to and inner.attr.to ~= request.attr.to)
		or not may_ask(component, request.attr.type) or not user_exists(user, host) then
		return;
	end

	local asked = st.stanza("iq", { type = inner.attr.type, id = inner.attr.id, from = request.attr.to }):add_child(st.clone(query));
	local function answer(reply)
		if was_bounced(user, reply) then return true; end
		local out = reply.name == "iq" and st.reply(request) or st.message({ from = request.attr.to, to = request.attr.from });
		reply = st.clone(reply);
		reply.attr.xmlns = "jabber:client";
		component.send(out:tag("privilege", { xmlns = xmlns_privilege }):tag("forwarded", { xmlns = xmlns_forward }):add_child(reply));
		return true;
	end
	module:send(asked, { type = "c2s", username = user, host = host, full_jid = request.attr.to, log = module._log, send = answer });
	return true;
end, 1);
